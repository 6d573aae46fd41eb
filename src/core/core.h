/* glorand's kernel core: everything that decides a value, in one text for C11, OpenCL C and CUDA C. */
#ifndef GLR_CORE_CORE_H
#define GLR_CORE_CORE_H

#include "bounded.h"
#include "counter.h"
#include "double.h"
#include "double_bounded.h"
#include "elementary.h"
#include "fixed.h"
#include "icdf.h"
#include "icdf_bounded.h"
#include "index.h"
#include "lanes.h"
#include "log_table.h"
#include "normal.h"
#include "philox.h"
#include "round.h"
#include "runs.h"
#include "sample.h"
#include "seed.h"
#include "uniform.h"

#endif

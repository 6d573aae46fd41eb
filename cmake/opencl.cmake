# Whether the OpenCL backend is built, GLORAND_HAVE_OPENCL, and if not, why: opencl_missing. OpenCL is loaded at run time;
# only its headers are needed here.

set(GLORAND_HAVE_OPENCL OFF)
set(opencl_missing "GLORAND_OPENCL is OFF")
if(NOT GLORAND_OPENCL MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "GLORAND_OPENCL: must be AUTO, ON or OFF, not '${GLORAND_OPENCL}'")
elseif(NOT GLORAND_OPENCL STREQUAL "OFF")
  find_path(OPENCL_INCLUDE_DIR CL/cl_icd.h)
  set(opencl_missing "its header CL/cl_icd.h is not there, and OPENCL_INCLUDE_DIR names no folder that holds it")
  if(OPENCL_INCLUDE_DIR)
    set(GLORAND_HAVE_OPENCL ON)
  elseif(GLORAND_OPENCL STREQUAL "ON")
    message(FATAL_ERROR "GLORAND_OPENCL is ON, but ${opencl_missing}")
  else()
    message(NOTICE "Without OpenCL: ${opencl_missing}")
  endif()
endif()

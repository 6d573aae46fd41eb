# Whether the CUDA backend is built, GLORAND_HAVE_CUDA, and how its kernels are compiled; cuda_missing says why nvcc cannot,
# which some tests use without the backend, too. Only nvcc is needed: no header and no library of the toolkit, which is
# why CMake's language CUDA is not used.

# Machine code is made for these architectures, as far as nvcc knows them, unless GLORAND_CUDA_ARCHITECTURES names others.
# PTX is always there, so that the driver compiles it for devices of other architectures.
set(cuda_default_architectures 75 80 86 89 90 100 110 120)
set(GLORAND_CUDA_ARCHITECTURES "" CACHE STRING
  "Architectures to make CUDA machine code for, as in \"80;90\"; empty means all that glorand knows of")

find_program(GLORAND_NVCC nvcc HINTS /usr/local/cuda/bin ENV CUDA_HOME PATH_SUFFIXES bin)

# Sets cuda_missing to why the backend cannot be built, or to nothing.
function(glorand_check_nvcc)
  set(cuda_missing "" PARENT_SCOPE)
  if(NOT GLORAND_NVCC)
    set(cuda_missing "no nvcc in PATH, CUDA_HOME/bin or /usr/local/cuda/bin, and GLORAND_NVCC is not set"
      PARENT_SCOPE)
    return()
  endif()
  execute_process(COMMAND ${GLORAND_NVCC} --version OUTPUT_VARIABLE version ERROR_QUIET)
  execute_process(COMMAND ${GLORAND_NVCC} --list-gpu-code OUTPUT_VARIABLE known ERROR_QUIET)
  # The host's compiler takes part: nvcc refuses those that are newer than it.
  set(probe ${PROJECT_BINARY_DIR}/CMakeFiles/probe.cu)
  file(WRITE ${probe} "#include <stdint.h>\n__global__ void probe(const __grid_constant__ uint32_t x) {}\n")
  execute_process(COMMAND ${GLORAND_NVCC} -ptx -arch=compute_75 ${probe} -o ${probe}.ptx
    RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
  if(NOT version MATCHES "release ([0-9]+)\\.([0-9]+)" OR NOT status EQUAL 0)
    set(cuda_missing "${GLORAND_NVCC} compiles nothing for compute_75" PARENT_SCOPE)
    return()
  endif()
  math(EXPR nvcc_version "${CMAKE_MATCH_1} * 1000 + ${CMAKE_MATCH_2} * 10")
  string(REGEX MATCHALL "sm_[0-9]+" known "${known}")
  list(TRANSFORM known REPLACE "sm_" "")
  set(wanted ${GLORAND_CUDA_ARCHITECTURES})
  if("${wanted}" STREQUAL "")
    set(wanted ${cuda_default_architectures})
  endif()
  list(REMOVE_DUPLICATES wanted)
  foreach(architecture IN LISTS wanted)
    if(architecture IN_LIST known AND architecture GREATER_EQUAL 75)
      list(APPEND codes -gencode arch=compute_${architecture},code=sm_${architecture})
      list(APPEND architectures ${architecture})
    elseif(NOT "${GLORAND_CUDA_ARCHITECTURES}" STREQUAL "")
      message(FATAL_ERROR "GLORAND_CUDA_ARCHITECTURES names '${architecture}'; glorand needs 75 or newer, and "
        "${GLORAND_NVCC} knows ${known}")
    endif()
  endforeach()
  list(SORT architectures COMPARE NATURAL)
  list(GET architectures -1 last)
  list(APPEND codes -gencode arch=compute_75,code=compute_75)
  if(NOT last EQUAL 75)
    list(APPEND codes -gencode arch=compute_${last},code=compute_${last})
  endif()
  set(cuda_codes ${codes} PARENT_SCOPE)
  set(cuda_architectures ${architectures} PARENT_SCOPE)
  set(cuda_nvcc_version ${nvcc_version} PARENT_SCOPE) # as cuDriverGetVersion would say it: 13000 for 13.0
endfunction()

set(GLORAND_HAVE_CUDA OFF)
if(NOT GLORAND_CUDA MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "GLORAND_CUDA: must be AUTO, ON or OFF, not '${GLORAND_CUDA}'")
endif()
if(GLORAND_TESTS OR NOT GLORAND_CUDA STREQUAL "OFF")
  glorand_check_nvcc()
endif()
if(NOT GLORAND_CUDA STREQUAL "OFF")
  if(NOT cuda_missing)
    set(GLORAND_HAVE_CUDA ON)
  elseif(GLORAND_CUDA STREQUAL "ON")
    message(FATAL_ERROR "GLORAND_CUDA is ON, but ${cuda_missing}")
  else()
    message(STATUS "Without CUDA: ${cuda_missing}")
  endif()
endif()

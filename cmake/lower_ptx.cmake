# Writes PTX text to OUTPUT, from INPUT, that declares the lowest version of the PTX ISA by which nvcc's assembler
# takes it: drivers read the versions that are as old as they are, and older ones.
#
# usage: cmake -DNVCC=FILE -DARCHITECTURES=75;90 -DINPUT=FILE -DOUTPUT=FILE -P lower_ptx.cmake
cmake_minimum_required(VERSION 3.25)

# From the first that knows sm_75 to that of CUDA 12.0, the oldest driver that glorand runs on.
set(versions 6.3 6.4 6.5 7.0 7.1 7.2 7.3 7.4 7.5 7.6 7.7 7.8 8.0)

file(READ ${INPUT} text)
if(NOT text MATCHES "\n\\.version [0-9.]+\n")
  message(FATAL_ERROR "${INPUT} declares no version")
endif()
foreach(version IN LISTS versions)
  string(REGEX REPLACE "\n\\.version [0-9.]+\n" "\n.version ${version}\n" lowered "${text}")
  file(WRITE ${OUTPUT}.part.ptx "${lowered}")
  set(refused)
  foreach(architecture IN LISTS ARCHITECTURES)
    execute_process(COMMAND ${NVCC} -cubin -arch=sm_${architecture} ${OUTPUT}.part.ptx -o ${OUTPUT}.cubin
      RESULT_VARIABLE status ERROR_VARIABLE why OUTPUT_QUIET)
    if(NOT status EQUAL 0)
      set(refused "${why}")
      break()
    endif()
  endforeach()
  if("${refused}" STREQUAL "")
    file(REMOVE ${OUTPUT}.cubin)
    file(RENAME ${OUTPUT}.part.ptx ${OUTPUT})
    return()
  endif()
endforeach()
message(FATAL_ERROR "nvcc assembles ${INPUT} by no version that drivers of CUDA 12.0 read: ${refused}")

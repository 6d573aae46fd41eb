# Bakes a kernel's text, with everything that it includes, into a C array, so that no file is read at run time.
#
# usage: cmake -DROOT=src -DINPUT=FILE -DLAYER=lanes_opencl.h -DNAME=ARRAY -DOUTPUT=FILE.c -P bake_kernels.cmake
#
# An include in quotes is replaced by its file the first time, and left out after that. Of the lane layers only
# LAYER comes in: the others are of other languages. So a header that two texts need must not be included inside a
# condition that may be false.

set(seen "")

cmake_minimum_required(VERSION 3.25)

function(append_file path)
  get_filename_component(folder ${path} DIRECTORY)
  file(READ ${path} content)
  # Lines as a list: what CMake would take for a separator or a bracket is hidden until the end.
  string(REPLACE ";" "\\;" content "${content}")
  string(REPLACE "[" "<open>" content "${content}")
  string(REPLACE "]" "<close>" content "${content}")
  string(REGEX REPLACE "\\\\\n" "<continued>\n" content "${content}")
  string(REPLACE "\n" ";" lines "${content}")
  foreach(line IN LISTS lines)
    if(line MATCHES "^ *#include \"([^\"]+)\"")
      set(include ${CMAKE_MATCH_1})
      if(include MATCHES "^lanes_" AND folder MATCHES "core$" AND NOT include STREQUAL LAYER
         AND NOT include STREQUAL "lanes_single.h")
        set_property(GLOBAL APPEND_STRING PROPERTY text "#error \"not in this text\"\n")
        continue()
      endif()
      if(EXISTS ${folder}/${include})
        set(include ${folder}/${include})
      else()
        set(include ${ROOT}/${include})
      endif()
      get_property(seen GLOBAL PROPERTY seen)
      if(NOT include IN_LIST seen)
        set_property(GLOBAL APPEND PROPERTY seen ${include})
        append_file(${include})
      endif()
    else()
      set_property(GLOBAL APPEND_STRING PROPERTY text "${line}\n")
    endif()
  endforeach()
endfunction()

append_file(${INPUT})
get_property(text GLOBAL PROPERTY text)
string(REPLACE "<open>" "[" text "${text}")
string(REPLACE "<close>" "]" text "${text}")
string(REPLACE "<continued>" "\\" text "${text}")

file(WRITE ${OUTPUT}.text "${text}")
file(READ ${OUTPUT}.text bytes HEX)
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1, " bytes "${bytes}")
file(WRITE ${OUTPUT} "/* Made by cmake/bake_kernels.cmake. */
#include \"opencl/sources.h\"

const char ${NAME}[] = {
${bytes}0x00};
")

# One file of hashes, data/hashes.txt, that every build must draw: each kernel of this build, AVX-512's emulated,
# and the library as both compilers make it at each optimization, for this processor and for 64-bit ARM.

function(glorand_hash_test isa program)
  add_test(NAME hashes_${isa} COMMAND ${program} ${CMAKE_CURRENT_SOURCE_DIR}/data/hashes.txt)
  set_tests_properties(hashes_${isa} PROPERTIES ENVIRONMENT GLORAND_ISA=${isa} SKIP_RETURN_CODE 77 TIMEOUT 600)
endfunction()

add_executable(hashes hashes/hashes.c hashes/cases.c hashes/asked_kernel.c)
target_include_directories(hashes SYSTEM PRIVATE ${XXHASH_INCLUDE_DIR})
target_link_libraries(hashes PRIVATE any_fill glorand_flags)
foreach(isa plain avx2 avx512 neon)
  if(isa STREQUAL plain OR TARGET glorand_kernel_${isa})
    glorand_hash_test(${isa} hashes)
  endif()
endforeach()

# By the text of the kernels for GPUs, run by this machine.
add_test(NAME hashes_native COMMAND hashes ${CMAKE_CURRENT_SOURCE_DIR}/data/hashes.txt)
set_tests_properties(hashes_native PROPERTIES ENVIRONMENT "GLORAND_TEST_BACKEND=native;${no_gpu}")

# On PoCL: in vectors as for every CPU, one lane as for a GPU, and without what some devices lack.
foreach(force "" one-lane software-sqrt one-lane,software-sqrt no-fp64 one-lane,no-fp64)
  string(REGEX REPLACE "[,-]" "_" name "opencl_${force}")
  string(REGEX REPLACE "_$" "" name "${name}")
  glorand_opencl_test(hashes_${name} $<TARGET_FILE:hashes> ${CMAKE_CURRENT_SOURCE_DIR}/data/hashes.txt)
  set_tests_properties(hashes_${name} PROPERTIES
    ENVIRONMENT "GLORAND_TEST_BACKEND=opencl;GLORAND_OPENCL_FORCE=${force};${opencl_environment}")
endforeach()

if(GLORAND_HAVE_CUDA)
  add_test(NAME hashes_cuda COMMAND hashes ${CMAKE_CURRENT_SOURCE_DIR}/data/hashes.txt)
  set_tests_properties(hashes_cuda PROPERTIES TIMEOUT 1200 ENVIRONMENT "GLORAND_TEST_BACKEND=cuda;${by_ptxsim}")
  # As drivers get the kernels that are older than nvcc: versions, and devices' compute capabilities.
  foreach(driver 12000_7.5 12000_9.0 12090_12.0)
    string(REGEX MATCH "(.*)_(.*)" driver ${driver})
    list(APPEND hashes_older_drivers hashes_cuda_${driver})
    add_test(NAME hashes_cuda_${driver} COMMAND hashes ${CMAKE_CURRENT_SOURCE_DIR}/data/hashes.txt)
    set_tests_properties(hashes_cuda_${driver} PROPERTIES TIMEOUT 1200 ENVIRONMENT
      "GLORAND_TEST_BACKEND=cuda;PTXSIM_VERSION=${CMAKE_MATCH_1};PTXSIM_CAPABILITY=${CMAKE_MATCH_2};${by_ptxsim}")
  endforeach()
endif()

if(TARGET kernel_emulated)
  add_executable(hashes_emulated hashes/hashes.c hashes/cases.c hashes/asked_kernel.c hashes/choose_emulated.c
    $<TARGET_OBJECTS:kernel_emulated>)
  target_include_directories(hashes_emulated PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_include_directories(hashes_emulated SYSTEM PRIVATE ${XXHASH_INCLUDE_DIR})
  target_link_libraries(hashes_emulated PRIVATE any_fill glorand_flags)
  glorand_hash_test(emulated hashes_emulated)
endif()

# glorand_compiled_hash_test(NAME COMPILER OPTION...)
function(glorand_compiled_hash_test name)
  glorand_script_test(hashes_${name} hashes/compile.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}
    ${XXHASH_INCLUDE_DIR} ${ARGN})
endfunction()

foreach(optimization O0 O2 O3)
  foreach(compiler gcc clang)
    glorand_compiled_hash_test(${compiler}_${optimization} ${compiler} -${optimization})
  endforeach()
endforeach()
set_property(TEST hashes_gcc_O3 hashes_clang_O3 APPEND PROPERTY LABELS proof)
if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  foreach(optimization O0 O2 O3)
    glorand_compiled_hash_test(aarch64_gcc_${optimization} aarch64-linux-gnu-gcc -${optimization})
  endforeach()
  # clang finds gcc's OpenMP library for this processor, but does not know how to make threads by it.
  glorand_compiled_hash_test(aarch64_clang clang --target=aarch64-linux-gnu -O2 -fopenmp=libgomp -Wno-unused-variable)
  # The emulator takes minutes for the list.
  set_property(TEST hashes_aarch64_gcc_O2 APPEND PROPERTY LABELS proof)
  set_property(TEST hashes_aarch64_gcc_O0 hashes_aarch64_gcc_O3 hashes_aarch64_clang APPEND PROPERTY LABELS long)
endif()

# Tests around the C tests: the examples, lints, the installed package, the README's commands, the benchmark, the
# scripts themselves, and cross-checks with TensorFlow, Keras, PyTorch, JAX, safetensors, ml_dtypes and NumPy; the Python package. They exit with 77
# after a line "skipped: REASON" when something they need is missing.
#
# Labels say in which run of scripts/test.sh a test is: `scripts`, once, not again with sanitizers; `python`, with
# --python or --long; `proof`, with --proof or --long; `long`, with --long; all others always.

add_subdirectory(${PROJECT_SOURCE_DIR}/examples ${PROJECT_BINARY_DIR}/examples)

# glorand_script_test(NAME SCRIPT ARGUMENT...): SCRIPT is relative to the folder of the build file.
function(glorand_script_test name script)
  cmake_path(ABSOLUTE_PATH script BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  add_test(NAME ${name} COMMAND ${script} ${ARGN})
  set_tests_properties(${name} PROPERTIES LABELS scripts SKIP_RETURN_CODE 77 TIMEOUT 600)
endfunction()

# glorand_python_test(NAME PROGRAM ARGUMENT...): PROGRAM runs in the environment that python_environment makes.
set(python_environment ${PROJECT_BINARY_DIR}/python)
function(glorand_python_test name program)
  cmake_path(ABSOLUTE_PATH program BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  glorand_script_test(${name} ${PROJECT_SOURCE_DIR}/tests/python/run.sh ${python_environment} ${program} ${ARGN})
  set_tests_properties(${name} PROPERTIES LABELS "scripts;python" FIXTURES_REQUIRED python_environment)
endfunction()

foreach(tool clang-format clang-tidy analyzer cppcheck shellcheck editorconfig)
  glorand_script_test(${tool} scripts/lint.sh ${tool} ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  set_tests_properties(${tool} PROPERTIES LABELS "scripts;lint")
endforeach()
# These use every core.
set_tests_properties(clang-tidy analyzer cppcheck PROPERTIES PROCESSORS 2 TIMEOUT 1800)
set_property(TEST analyzer APPEND PROPERTY LABELS proof)

glorand_script_test(core_as_opencl core/compile.sh opencl ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
if(cuda_missing)
  glorand_script_test(core_as_cuda scripts/skip.sh "${cuda_missing}")
else()
  glorand_script_test(core_as_cuda core/compile.sh cuda ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} ${GLORAND_NVCC})
endif()

if(NOT GLORAND_SANITIZE) # It has sanitizers of its own.
  set(linked $<TARGET_OBJECTS:test_native> $<TARGET_FILE:test_support> $<TARGET_FILE:any_fill> $<TARGET_FILE:gpu_native>
    $<TARGET_FILE:glorand_static>)
  if(OPENCL_LIBRARY)
    list(APPEND linked ${OPENCL_LIBRARY})
  endif()
  glorand_script_test(gpu_native_mistakes gpu/native/mistakes.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} 20
    ${CMAKE_C_COMPILER} ${linked})
  glorand_script_test(gpu_native_mistakes_each gpu/native/mistakes.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} 4
    ${CMAKE_C_COMPILER} ${linked})
  set_tests_properties(gpu_native_mistakes_each PROPERTIES LABELS "scripts;proof" TIMEOUT 3600)
endif()

if(TARGET opencl_simulate)
  if(NOT GLORAND_SANITIZE)
    glorand_script_test(opencl_oclgrind opencl/oclgrind.sh $<TARGET_FILE:opencl_simulate> ${PROJECT_BINARY_DIR})
    set_tests_properties(opencl_oclgrind PROPERTIES LABELS "scripts;proof" TIMEOUT 1800) # it interprets what is checked at opening, too
  endif()
else()
  glorand_script_test(opencl_oclgrind scripts/skip.sh "${no_opencl_tests}")
endif()

# The headers beside glorand.h whose functions this build has.
set(backend_headers model.h shard.h)
if(GLORAND_HAVE_OPENCL)
  list(APPEND backend_headers opencl.h)
endif()
if(GLORAND_HAVE_CUDA)
  list(APPEND backend_headers cuda.h)
endif()
glorand_script_test(symbols scripts/symbols.sh ${PROJECT_SOURCE_DIR} $<TARGET_FILE:glorand> $<TARGET_FILE:glorand_static>
  ${backend_headers})
glorand_script_test(shards_page scripts/shards_page.sh ${PROJECT_SOURCE_DIR})
glorand_script_test(search_icdf scripts/search_icdf.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} ${CMAKE_C_COMPILER})
set_property(TEST search_icdf APPEND PROPERTY LABELS proof)
glorand_script_test(reference scripts/reference.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
glorand_script_test(header_cxx scripts/header_cxx.sh ${PROJECT_SOURCE_DIR} $<TARGET_FILE:glorand> ${PROJECT_BINARY_DIR}
  ${backend_headers})

glorand_script_test(project_files scripts/project_files.sh ${PROJECT_SOURCE_DIR})
glorand_script_test(install_dependencies scripts/install_dependencies.sh ${PROJECT_SOURCE_DIR})
glorand_script_test(test_summary scripts/test_summary.sh ${PROJECT_SOURCE_DIR})
glorand_script_test(bare_root scripts/bare_root.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(bare_root PROPERTIES LABELS "scripts;proof" PROCESSORS 2 TIMEOUT 14400)
glorand_script_test(mistakes scripts/mistakes.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(mistakes PROPERTIES LABELS "scripts;long" PROCESSORS 2 TIMEOUT 14400)
if(NOT GLORAND_SANITIZE) # Others could not link what a sanitizer's compiler has made.
  glorand_script_test(installed_example scripts/installed_example.sh
    ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} ${CMAKE_C_COMPILER})
endif()

if(TARGET glorand-bench)
  glorand_script_test(bench scripts/bench.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} $<TARGET_FILE:glorand-bench>)
  add_library(other_build MODULE support/other_build.c)
  target_link_libraries(other_build PRIVATE glorand_flags ${CMAKE_DL_LIBS})
  target_include_directories(other_build PRIVATE ${PROJECT_SOURCE_DIR}/include)
  if(NOT GLORAND_SANITIZE) # a program with a sanitizer loads no library that has one of its own
    glorand_script_test(bench_compare scripts/bench_compare.sh ${PROJECT_BINARY_DIR} $<TARGET_FILE:glorand-compare>
      $<TARGET_FILE:glorand> $<TARGET_FILE:other_build>)
  endif()
  add_executable(test_bench bench/test_rounds.c ${PROJECT_SOURCE_DIR}/bench/machine.c ${PROJECT_SOURCE_DIR}/bench/statistics.c)
  target_include_directories(test_bench PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(test_bench PRIVATE test_support)
  glorand_add_suites(bench rounds)
  if(TARGET glorand-gpu-bench)
    add_executable(test_gpu_bench bench/test_explain.c ${PROJECT_SOURCE_DIR}/bench/gpu/explain.c
      ${PROJECT_SOURCE_DIR}/bench/gpu/gpu_cases.c ${PROJECT_SOURCE_DIR}/bench/law.c)
    target_include_directories(test_gpu_bench PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(test_gpu_bench PRIVATE test_support)
    glorand_add_suites(gpu_bench explain)
  endif()
  glorand_script_test(bench_report scripts/bench_report.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  glorand_script_test(bench_readme scripts/bench_readme.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  set_property(TEST bench_readme APPEND PROPERTY LABELS proof) # measures for half a minute
endif()

if(NOT GLORAND_SANITIZE)
  glorand_script_test(without_gpus scripts/without_gpus.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} ${CMAKE_C_COMPILER})
endif()

if(TARGET glorand_command)
  glorand_script_test(readme_commands scripts/readme_commands.sh
    ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} $<TARGET_FILE:glorand_command>)
  set_property(TEST readme_commands APPEND PROPERTY LABELS proof) # it builds the library

  if(TARGET opencl_open_auto AND NOT GLORAND_SANITIZE)
    glorand_script_test(opencl_hosts opencl/on_device.sh ${CMAKE_CURRENT_SOURCE_DIR}/opencl/hosts.sh $<TARGET_FILE:glorand_command> $<TARGET_FILE:opencl_open_auto>
      ${PROJECT_BINARY_DIR})
  endif()
  if((GLORAND_HAVE_OPENCL OR GLORAND_HAVE_CUDA) AND NOT GLORAND_SANITIZE)
    glorand_script_test(setuid scripts/setuid.sh $<TARGET_FILE:glorand_command> ${CMAKE_C_COMPILER})
  endif()
  glorand_script_test(releases scripts/releases.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}
    $<TARGET_FILE:glorand_command>)
  glorand_script_test(man_pages scripts/man_pages.sh ${PROJECT_SOURCE_DIR} $<TARGET_FILE:glorand_command>)
  glorand_script_test(man_list scripts/man_list.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}
    $<TARGET_FILE:glorand_command>)

  glorand_script_test(python_environment python/environment.sh ${python_environment})
  set_tests_properties(python_environment PROPERTIES LABELS "scripts;python" FIXTURES_SETUP python_environment
    TIMEOUT 1800) # PyTorch takes gigabytes
  foreach(package tensorflow safetensors safetensors_dtypes numpy stream index_laws bounds orthogonal configs keras
      keras_files models)
    glorand_python_test(python_${package} python/check_${package}.py $<TARGET_FILE:glorand_command>
      ${PROJECT_SOURCE_DIR}/data/models/gpt2.json ${PROJECT_BINARY_DIR})
  endforeach()
  glorand_python_test(python_initializers python/check_initializers.py $<TARGET_FILE:glorand_command>
    ${PROJECT_SOURCE_DIR}/docs/initializers.md)

  glorand_python_test(python_bench_orthogonal ${PROJECT_SOURCE_DIR}/bench/orthogonal.py $<TARGET_FILE:glorand>
    --sizes 40,70 --rounds 2 --threads 2)
  glorand_python_test(python_bench_models ${PROJECT_SOURCE_DIR}/bench/models.py $<TARGET_FILE:glorand>
    --bytes 1048576 --processes 2 --layers 1 --rounds 1)
  glorand_python_test(python_bench_overhead ${PROJECT_SOURCE_DIR}/bench/overhead.py $<TARGET_FILE:glorand>
    --rounds 2 --calls 10)
  if(TARGET glorand-bench)
    glorand_python_test(python_bench_peers python/check_bench_peers.py ${PROJECT_SOURCE_DIR}/bench/peers.py)
    glorand_python_test(python_bench_plots python/check_bench_plots.py ${PROJECT_SOURCE_DIR}/bench/report.py)
  endif()

  add_library(test_rounding SHARED support/rounding_library.c)
  target_include_directories(test_rounding PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(test_rounding PRIVATE glorand glorand_flags)
  if(NOT GLORAND_SANITIZE) # Python or an ordinary program could not load it.
    glorand_python_test(python_rounding python/check_rounding.py $<TARGET_FILE:test_rounding>)
    set_tests_properties(python_rounding PROPERTIES TIMEOUT 1800)
    glorand_python_test(python_shards python/check_shards.py $<TARGET_FILE:glorand>
      ${PROJECT_SOURCE_DIR}/docs/shards.md)
    glorand_python_test(python_example python/check_example.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:glorand>
      ${CMAKE_C_COMPILER} ${PROJECT_BINARY_DIR})
    glorand_python_test(python_package python/check_package.py ${PROJECT_SOURCE_DIR} $<TARGET_SONAME_FILE:glorand>
      $<TARGET_FILE:glorand_command> ${PROJECT_BINARY_DIR})
    glorand_python_test(python_record python/check_record.py ${PROJECT_SOURCE_DIR} $<TARGET_SONAME_FILE:glorand>
      $<TARGET_FILE:glorand_command> ${PROJECT_BINARY_DIR})
    glorand_python_test(python_record_census python/census_record.py ${PROJECT_SOURCE_DIR} $<TARGET_SONAME_FILE:glorand>
      --sample 12)
    set_tests_properties(python_package PROPERTIES TIMEOUT 1200) # Keras is imported on each of its backends
    if(GLORAND_HAVE_CUDA)
      set_property(TEST python_package APPEND PROPERTY
        ENVIRONMENT "GLORAND_TEST_CUDA_LIBRARY=$<TARGET_FILE:ptxsim_driver>")
    endif()
  endif()
  glorand_python_test(python_wheel python/check_wheel.py ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  # It builds the library twice.
  set_tests_properties(python_wheel PROPERTIES PROCESSORS 2 TIMEOUT 1800 FIXTURES_SETUP wheel)
  glorand_script_test(bare_wheel scripts/bare_wheel.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  set_tests_properties(bare_wheel PROPERTIES LABELS "scripts;python;proof" TIMEOUT 1800 FIXTURES_REQUIRED wheel)
  glorand_python_test(python_lint python/check_lint.py ${PROJECT_SOURCE_DIR})
  set_property(TEST python_lint APPEND PROPERTY LABELS lint)
endif()

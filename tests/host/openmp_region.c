/* A parallel region, in a library with an OpenMP runtime of its own. */
void run_in_region(void (*function)(void));

void run_in_region(void (*function)(void))
{
#pragma omp parallel num_threads(3)
    function();
}

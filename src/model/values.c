#include "values.h"

#include "api/make_plan.h"
#include "text/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool read_value(glr_json_value number, const glr_place *where, glr_list_value *value)
{
    glr_initializer constant = glr_constant(0.0);
    if (number.kind != GLR_JSON_NUMBER && number.kind != GLR_JSON_TRUE && number.kind != GLR_JSON_FALSE) {
        return glr_complain_kind(where, number, "a number");
    }
    if (!glr_take_status(glr_constant_from_value(number, "value", &constant), where)) {
        return false;
    }
    value->value = constant.value;
    value->integer = constant.integer;
    value->number = constant.number;
    return true;
}

static bool read_all(glr_json_value list, const glr_place *where, glr_list_values *values)
{
    glr_json_walk walk = glr_json_children(list);
    while (glr_json_next(&walk)) {
        const glr_place element = glr_place_of_element(where, walk.index);
        if (!read_value(walk.value, &element, &values->value[walk.index])) {
            return false;
        }
    }
    return true;
}

/* Whether there is a value for each element. */
static bool check_count(size_t count, const glr_item *tensor, const glr_place *where)
{
    glr_tensor whole = {.dtype = tensor->tensor.dtype, .rank = tensor->tensor.rank};
    int64_t elements = 0;
    memcpy(whole.shape, tensor->tensor.shape, sizeof whole.shape);
    if (!glr_take_status(glr_tensor_extent(&whole, &elements, NULL), where)) {
        return false;
    }
    if ((uint64_t)elements != count) {
        (void)glr_problem_set(where->problem, "%zu values for %" PRId64 " elements", count, elements);
        return glr_complain_at(where, ": ");
    }
    return true;
}

/* Room for so many values, as the model's last; NULL when memory ran out. */
static glr_list_values *add_values(glr_model *model, size_t count)
{
    glr_list_values *grown =
        glr_grow(model->values, model->values_count, &model->values_capacity, sizeof *model->values);
    model->values = grown != NULL ? grown : model->values;
    if (grown == NULL || model->values_count >= UINT32_MAX) {
        return NULL;
    }
    const glr_list_values values = {calloc(count + 1, sizeof *values.value), count};
    if (values.value == NULL) {
        return NULL;
    }
    grown[model->values_count] = values;
    return &grown[model->values_count++];
}

bool glr_values_read(glr_json_value list, const glr_place *where, glr_model *model, glr_item *tensor)
{
    const size_t count = glr_json_size(list);
    if (list.kind != GLR_JSON_ARRAY) {
        return glr_complain_kind(where, list, "a list of the tensor's elements");
    }
    if (!check_count(count, tensor, where)) {
        return false;
    }
    glr_list_values *values = add_values(model, count);
    if (values == NULL) {
        return glr_problem_memory(where->problem);
    }
    tensor->values = (uint32_t)(model->values_count - 1);
    tensor->choice.action = GLR_ACTION_COPY;
    return read_all(list, where, values);
}

static glr_initializer constant_of(const glr_list_value *value)
{
    glr_initializer constant = glr_constant(value->value);
    constant.integer = value->integer;
    constant.number = value->number;
    return constant;
}

glr_status glr_value_encode(const glr_list_value *value, glr_dtype dtype, unsigned char element[8])
{
    const glr_initializer constant = constant_of(value);
    return glr_encode_initializer(&constant, dtype, element);
}

bool glr_values_check(const glr_model *model, const glr_item *tensor, glr_problem *problem)
{
    const glr_list_values *values = &model->values[tensor->values];
    unsigned char element[8];
    for (size_t i = 0; i < values->count; i++) {
        const glr_status status = glr_value_encode(&values->value[i], tensor->tensor.dtype, element);
        if (status != GLR_OK) {
            (void)glr_problem_status(problem, status);
            return glr_problem_prefix(problem, "values[%zu]: ", i);
        }
    }
    return true;
}

/* Doubles that are integers are written as such, but for -0. */
static void write_value(glr_text *text, const glr_list_value *value)
{
    const double number = value->value;
    if (value->number != GLR_NUMBER_DOUBLE) {
        const glr_initializer constant = constant_of(value);
        glr_write_integer(text, &constant);
    } else if (fabs(number) < 0x1p53 && number == floor(number) && !(number == 0.0 && signbit(number))) {
        glr_text_int64(text, (int64_t)number);
    } else {
        glr_text_double(text, number);
    }
}

void glr_values_write(glr_text *text, const glr_model *model, const glr_item *tensor)
{
    const glr_list_values *values = &model->values[tensor->values];
    glr_text_add(text, "[");
    for (size_t i = 0; i < values->count; i++) {
        if (i > 0) {
            glr_text_comma(text);
        }
        write_value(text, &values->value[i]);
    }
    glr_text_add(text, "]");
}

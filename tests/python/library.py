"""The shared library's texts of initializers, for tests of what Keras makes of them."""

import ctypes
import json
import pathlib

CAPACITY = 4096  # bytes of an initializer, which is smaller, and of its JSON


def keras_form(command, text):
    """The JSON of an initializer in its text form, by the library that the command was built with."""
    library = ctypes.CDLL(str(pathlib.Path(command).parent / "src" / "libglorand.so"))
    library.glr_last_error.restype = ctypes.c_char_p
    initializer = ctypes.create_string_buffer(CAPACITY)
    written = ctypes.create_string_buffer(CAPACITY)
    encoded = text.encode()
    nothing = ctypes.c_void_p(None)
    for status in (
        library.glr_initializer_from_text(encoded, ctypes.c_size_t(len(encoded)), nothing, ctypes.c_size_t(0), initializer),
        library.glr_initializer_to_json(initializer, written, ctypes.c_size_t(CAPACITY), nothing),
    ):
        assert status == 0, (text, library.glr_last_error())
    return json.loads(written.value)

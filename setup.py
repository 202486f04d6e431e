"""Build the compiled engine where there is a compiler. The rest is in pyproject.toml.

Its loops are built once per set of instructions, and the processor's best is imported.
The package works without any of them, on NumPy.
"""

import os
import platform
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError, CCompilerError

INSTRUCTIONS = {
    "baseline": [],
    "avx2": ["-mavx2", "-mfma"],
    "avx512": [
        *("-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mfma"),
        "-mprefer-vector-width=256",  # for all but the arithmetic
    ],
}
UNIX_FLAGS = [
    *("-std=c++20", "-O3", "-ffp-contract=fast", "-fno-math-errno"),
    *("-fno-trapping-math", "-fvisibility=hidden", "-Wno-psabi", "-g0"),
]
MSVC_FLAGS = ["/std:c++20", "/O2", "/fp:contract"]


class OptionalBuild(build_ext):
    """Builds what this compiler can build, and warns once if it cannot."""

    def build_extensions(self):
        """Build all extensions, side by side."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            errors = list(pool.map(self._error_of, self.extensions))
        failures = [error for error in errors if error is not None]
        if failures:
            sys.stderr.write(
                "sknn-simple: the compiled engine was not built, or not for all "
                f"processors ({failures[0]}). The package works without it, but trains "
                "more slowly.\n"
            )
        # An editable installation copies what is left here.
        self.extensions = [
            extension
            for extension, error in zip(self.extensions, errors, strict=True)
            if error is None
        ]

    def _error_of(self, extension):
        """Build an extension, and return the error if there is one."""
        is_msvc = self.compiler.compiler_type == "msvc"
        own = extension.extra_compile_args
        extension.extra_compile_args = MSVC_FLAGS if is_msvc else UNIX_FLAGS + own
        try:
            self.build_extension(extension)
        except (BaseError, CCompilerError, OSError) as error:
            return error
        return None


def extensions():
    """The loops, for each set of instructions that the processor's family may have."""
    is_x86 = platform.machine().lower() in ("x86_64", "amd64")
    with_flags = is_x86 and sys.platform != "win32"
    for name, flags in INSTRUCTIONS.items():
        if name == "baseline" or with_flags:
            yield Extension(
                f"sknn_simple.network._loops_{name}",
                [f"sknn_simple/network/_loops_{name}.pyx"],
                include_dirs=[numpy.get_include(), "sknn_simple/network"],
                depends=[
                    "sknn_simple/network/_loops.pxi",
                    "sknn_simple/network/_kernels.hpp",
                ],
                extra_compile_args=flags,
                language="c++",
            )


setup(
    ext_modules=cythonize(
        list(extensions()), compiler_directives={"language_level": 3, "cdivision": True}
    ),
    cmdclass={"build_ext": OptionalBuild},
)

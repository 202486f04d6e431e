"""Build the compiled engine where there is a compiler. The rest is in pyproject.toml.

Its loops are built once per set of instructions; the best one is chosen at run time.
The package works without them, on NumPy: a wheel without them is one for any platform.
With SKNN_SIMPLE_REQUIRE_ENGINE=1 in the environment, a build without them is an error.
"""

import os
import platform
import runpy
import shutil
import sys
from pathlib import Path

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build import build
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError, CCompilerError

INSTRUCTIONS = {
    "avx2": ["-DREGISTER=32", "-mavx2", "-mfma"],
    # A vector width of 256 bits is for all but the arithmetic.
    "avx512": ["-DREGISTER=64", "-mavx512vl", "-mfma", "-mprefer-vector-width=256"],
}
UNIX_FLAGS = [
    # The loops fill registers themselves. To vectorise the others slows small networks.
    *("-std=c++20", "-O2", "-fno-tree-vectorize", "-ffp-contract=fast"),
    *("-fno-math-errno", "-fno-trapping-math", "-fvisibility=hidden", "-Wno-psabi"),
    "-g0",
]
MSVC_FLAGS = ["/std:c++20", "/O2", "/fp:contract"]
LOOPS = "sknn_simple/network/_loops.cpp"


class CleanBuild(build):
    """Builds in an empty folder: a wheel holds all that it finds there."""

    def run(self):
        """Remove what earlier builds left in the usual place, then build."""
        if os.path.dirname(self.build_lib) == self.build_base:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


class OptionalBuild(build_ext):
    """Builds the engine, for as many sets of instructions as the compiler knows."""

    def build_extensions(self):
        """Build the extension, or warn once and leave it out if that is allowed."""
        (extension,) = self.extensions
        try:
            self._build(extension)
        except (BaseError, CCompilerError, OSError) as error:
            if os.environ.get("SKNN_SIMPLE_REQUIRE_ENGINE", "0") != "0":
                raise
            sys.stderr.write(
                f"sknn-simple: the compiled engine was not built ({error}). The "
                "package works without it, but trains more slowly.\n"
            )
            # An editable installation copies what is left here.
            self.extensions = self.distribution.ext_modules = []

    def _build(self, extension):
        is_msvc = self.compiler.compiler_type == "msvc"
        flags = MSVC_FLAGS if is_msvc else UNIX_FLAGS
        extension.extra_compile_args = flags
        is_x86 = platform.machine().lower() in ("x86_64", "amd64")
        if is_x86 and not is_msvc and sys.platform != "win32":
            extension.define_macros.append(("WITH_AVX", None))
            for name, instructions in INSTRUCTIONS.items():
                extension.extra_objects += self.compiler.compile(
                    [LOOPS],
                    output_dir=f"{self.build_temp}/{name}",
                    macros=[("BUILD", name), *extension.define_macros],
                    include_dirs=extension.include_dirs,
                    extra_postargs=flags + instructions,
                )
        register = "0" if is_msvc else "16"
        extension.define_macros += [("BUILD", "baseline"), ("REGISTER", register)]
        self.build_extension(extension)


class HonestWheel(bdist_wheel):
    """Makes a wheel for the platform, or for any if the engine was left out."""

    def run(self):
        """Build before the name of the wheel is chosen."""
        self.run_command("build")
        self.root_is_pure = not self.distribution.has_ext_modules()
        super().run()


addresses = runpy.run_path("sknn_simple/_addresses.py")

setup(
    long_description=addresses["absolute_links"](Path("README.md").read_text("utf-8")),
    long_description_content_type="text/markdown",
    project_urls=addresses["project_urls"](),
    ext_modules=cythonize(
        [
            Extension(
                "sknn_simple.network.compiled",
                ["sknn_simple/network/compiled.pyx", LOOPS],
                include_dirs=[numpy.get_include(), "sknn_simple/network"],
                depends=["sknn_simple/network/_kernels.hpp"],
                define_macros=[("Py_LIMITED_API", "0x030B0000")],
                py_limited_api=True,
                language="c++",
            )
        ],
        compiler_directives={"language_level": 3},
    ),
    cmdclass={
        "bdist_wheel": HonestWheel,
        "build": CleanBuild,
        "build_ext": OptionalBuild,
    },
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)

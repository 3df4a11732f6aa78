# Builds a layer for `sam build`: wheels for Lambda's Python, whatever Python builds them. A layer is
# a folder with a requirements.txt and a Makefile that includes this; ALSO is what it holds besides.
PYTHON ?= python3
LAYER_PYTHON_VERSION ?= 3.13
# Amazon Linux 2023 has glibc 2.34.
LAYER_PLATFORMS ?= manylinux2014_aarch64 manylinux_2_28_aarch64
BYTECODE_PYTHON ?= python$(LAYER_PYTHON_VERSION)
LAYERS := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
TARGET = $(ARTIFACTS_DIR)/python

INSTALL ?= $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-compile --no-deps \
	--require-hashes --only-binary=:all: --implementation cp \
	--python-version $(LAYER_PYTHON_VERSION) $(LAYER_PLATFORMS:%=--platform %) \
	--target "$(TARGET)" --requirement requirements.txt

build-%:
	$(INSTALL)
	rm -rf "$(TARGET)/bin" "$(TARGET)/share"
	$(ALSO)
	sh "$(LAYERS)bytecode.sh" "$(BYTECODE_PYTHON)" $(LAYER_PYTHON_VERSION) "$(TARGET)"

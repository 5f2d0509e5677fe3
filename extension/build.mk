# What both modules share: included by extension/Makefile and output_plugin/Makefile before PGXS.
# "root" is the top of the tree, relative to the including Makefile.

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
PENSTOCK_VERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" $(root)/extension/penstock.control)

# Both modules must come from one build (output_plugin/rendezvous.h). The id is a hash of all that
# is compiled; only the objects that name it are built again when it changes.
source_files := $(sort $(wildcard $(addprefix $(root)/,$(foreach folder, \
	extension/core extension/sink extension/pg output_plugin output_plugin/event, \
	$(folder)/*.h $(folder)/*.c $(folder)/*.cpp)) $(root)/extension/*.mk))
PENSTOCK_BUILD_ID := $(shell cat $(source_files) | sha256sum | cut -c1-16)
build_id_file := $(root)/build/build_id
$(shell mkdir -p $(root)/build; \
	test "$$(cat $(build_id_file) 2>/dev/null)" = $(PENSTOCK_BUILD_ID) || \
	echo $(PENSTOCK_BUILD_ID) > $(build_id_file))
build_id_objects = $(patsubst %.cpp,%.o,$(patsubst %.c,%.o, \
	$(shell grep -l PENSTOCK_BUILD_ID $(wildcard $(OBJS:.o=.c) $(OBJS:.o=.cpp)) /dev/null)))

# PostgreSQL's headers as system headers: clean of our warnings. Headers below -I$(root) only.
PG_CPPFLAGS = -I$(root) -isystem $(shell $(PG_CONFIG) --includedir-server) \
	-DPENSTOCK_VERSION='"$(PENSTOCK_VERSION)"' -MMD -MP
PG_CXXFLAGS = -std=c++17 -Wall -Wextra -Wno-register -fvisibility-inlines-hidden
PG_CFLAGS = -Wall -Wextra -Wno-unused-parameter -Wno-declaration-after-statement
# For the tests only: setting penstock.failpoint, which raises errors on purpose.
ifeq ($(FAILPOINTS),1)
PG_CPPFLAGS += -DPENSTOCK_FAILPOINTS
endif
ifeq ($(WERROR),1)
PG_CXXFLAGS += -Werror
PG_CFLAGS += -Werror
endif

# C++ code gains nothing from the JIT compiler's inlining, and clang is not there everywhere.
override with_llvm = no
# The linker is C++'s. Its library is linked in, so that a server finds the one we were built with.
override COMPILER = $(CXX) $(CXXFLAGS)
SHLIB_LINK = -static-libstdc++ -static-libgcc

# Compiled twice into one process (both modules), so nothing of it may be seen from outside.
pure_library := $(root)/extension/libpenstock_pure.a
pure_objects := $(patsubst %.cpp,%.o,$(sort $(wildcard $(addprefix $(root)/, \
	extension/core/*.cpp extension/sink/*.cpp output_plugin/event/*.cpp))))

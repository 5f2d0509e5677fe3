# What both modules share after PGXS was included.

# Flags of servers built by another compiler (gcc 14 in the PyPI wheels) that ours refuses.
override CXXFLAGS := $(filter-out -fexcess-precision=standard -Wmissing-variable-declarations,$(CXXFLAGS))
override CFLAGS := $(filter-out -Wmissing-variable-declarations,$(CFLAGS))

$(pure_objects): override CXXFLAGS += -fvisibility=hidden

$(build_id_objects): $(build_id_file)
$(build_id_objects): override CPPFLAGS += -DPENSTOCK_BUILD_ID='"$(PENSTOCK_BUILD_ID)"'

# A changed flag counts as a changed source.
$(OBJS) $(pure_objects): $(root)/extension/build.mk $(root)/extension/rules.mk

-include $(OBJS:.o=.d) $(pure_objects:.o=.d)

# SPDX-License-Identifier: GPL-2.0
#
# The measurement of group rules, endpoints and prefix lists in user space:
#
#   make -f groups.mk            groups, in $(BUILD)/bench-groups
#   make -f groups.mk run        build it and run it
#
# BUILD says where objects go.

root := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../..)
BUILD ?= $(root)/build
out := $(BUILD)/bench-groups

CFLAGS ?= -g -O2
CFLAGS += -std=gnu11 -Wall -Wextra -MMD -MP
CPPFLAGS += -I$(root)/include/uapi -I$(root)/module -I$(root)/module/engine

engine := $(patsubst %.c,$(out)/engine/%.o,$(notdir $(wildcard $(root)/module/engine/*.c)))

all: $(out)/groups

run: $(out)/groups
	$<

$(out)/groups: $(out)/groups.o $(engine)
	$(CC) $(CFLAGS) -o $@ $^

$(out)/engine/%.o: $(root)/module/engine/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(out)/%.o: $(root)/tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

clean:
	rm -rf $(out)

-include $(wildcard $(out)/*.d $(out)/engine/*.d)

.PHONY: all run clean
.DELETE_ON_ERROR:

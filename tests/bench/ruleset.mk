# SPDX-License-Identifier: GPL-2.0
#
# The programs of tests/bench that run in user space (a makefile of its own, as the
# rest of the folder is for guests):
#
#   make -f ruleset.mk           ruleset and classify, in $(BUILD)/bench
#
# BUILD says where objects go.

root := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../..)
BUILD ?= $(root)/build
out := $(BUILD)/bench

CFLAGS ?= -g -O2
CFLAGS += -std=gnu11 -Wall -Wextra -MMD -MP
CPPFLAGS += -I$(root)/include/uapi -I$(root)/module -I$(root)/module/engine -I$(root)/tests/bench

engine := $(patsubst %.c,$(out)/engine/%.o,$(notdir $(wildcard $(root)/module/engine/*.c)))
ruleset := $(patsubst %,$(out)/%.o,ruleset ruleset_trace ruleset_read ruleset_attack)

all: $(out)/ruleset $(if $(wildcard $(root)/tests/bench/classify.c),$(out)/classify)

$(out)/ruleset: $(out)/ruleset_main.o $(ruleset)
	$(CC) $(CFLAGS) -o $@ $^

$(out)/classify: $(out)/classify.o $(ruleset) $(engine)
	$(CC) $(CFLAGS) -o $@ $^ -lm

$(out)/engine/%.o: $(root)/module/engine/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(out)/%.o: $(root)/tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

clean:
	rm -rf $(out)

-include $(wildcard $(out)/*.d $(out)/engine/*.d)

.PHONY: all clean
.DELETE_ON_ERROR:

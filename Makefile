# SPDX-License-Identifier: GPL-2.0
#
# Targets for people. How the module is built stands in Kbuild, how the tool
# is built in tools/Makefile, how the tests run in tests/run.sh.

KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
DESTDIR ?=

help:
	@echo 'Bailey, a firewall for the Linux kernel'
	@echo
	@echo '  make demo       watch it work in a virtual machine; needs only Debian and root'
	@echo '  make check      all tests; ends with "N passed, N failed"'
	@echo '  make fuzz       look for what nobody has thought of; SECONDS=60 for each target, COVERAGE=1'
	@echo '  make matrix     all scenarios on the kernels of Debian 12, 13 and sid (an hour);'
	@echo '                  SUITES="trixie sid" and SCENARIOS= limit it'
	@echo '  make soak       storms and attacks (two hours); SECONDS=10 for each storm'
	@echo '  make attack     the attacks alone, beside nf_conntrack: build/soak/attack.md'
	@echo '  make bench      measure it beside its peers (an hour); OUT=folder, CLASSBENCH=folder'
	@echo
	@echo '  make module     bailey.ko for the running kernel (or KDIR=...)'
	@echo '  make tool       build/bailey'
	@echo '  make install    both, into this system (DESTDIR=, PREFIX=$(PREFIX))'
	@echo '  make uninstall'
	@echo '  make deps       install what building and testing need (as root)'
	@echo '  make clean'
	@echo
	@echo '  check-unit check-style check-uml check-uml-debug check-vm'
	@echo '                  the parts of check; SCENARIOS="10-acl-group" limits the last three'
	@echo '  coverage        how much of the engine its tests reach'
	@echo
	@echo 'Kernels built for the tests stay in $${XDG_CACHE_HOME:-~/.cache}/bailey.'

module:
	@test -e $(KDIR)/Makefile || { \
		echo 'No kernel headers in $(KDIR).'; \
		echo 'On Debian: apt-get install linux-headers-$$(uname -r)'; exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tool:
	$(MAKE) -C tools BUILD=$(CURDIR)/build

install: module tool
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) modules_install
	$(MAKE) -C tools BUILD=$(CURDIR)/build install
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's,@SBIN@,$(PREFIX)/sbin,' packaging/systemd/bailey.service \
		> $(DESTDIR)$(PREFIX)/lib/systemd/system/bailey.service

uninstall:
	rm -f $(DESTDIR)/lib/modules/*/updates/bailey.ko* $(DESTDIR)/lib/modules/*/extra/bailey.ko*
	rm -f $(DESTDIR)$(PREFIX)/sbin/bailey
	rm -f $(DESTDIR)$(PREFIX)/lib/systemd/system/bailey.service
	rm -f $(DESTDIR)$(PREFIX)/share/man/man8/bailey.8
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/bailey
	-test -n "$(DESTDIR)" || depmod -a

deps:
	tests/vm/deps.sh check demo

check:
	@tests/vm/deps.sh check
	@tests/run.sh unit style uml uml-debug vm

check-unit check-style check-uml check-uml-debug check-vm: check-%:
	@tests/run.sh $*

soak:
	@tests/vm/deps.sh soak
	@$(if $(SECONDS),BAILEY_SOAK_SECONDS=$(SECONDS)) tests/run.sh soak

attack:
	@tests/vm/deps.sh soak
	@tests/soak/attack.sh

matrix:
	@tests/matrix.sh $(SUITES)

fuzz:
	@tests/vm/deps.sh fuzz
	@tests/run.sh fuzz $(if $(COVERAGE),coverage)

coverage:
	@tests/run.sh coverage

demo:
	@tests/vm/demo.sh

bench:
	@tests/bench/bench.sh $(if $(OUT),--out $(OUT)) $(if $(CLASSBENCH),--classbench $(CLASSBENCH))

clean:
	rm -rf build
	find Kbuild module tests/kunit tests/bench \( -name '*.o' -o -name '.*.cmd' \
		-o -name '*.mod' -o -name '*.mod.c' -o -name '*.ko' \) -delete 2>/dev/null || :
	rm -f bailey*.o bailey*.ko bailey*.mod bailey*.mod.c .*.cmd modules.order Module.symvers .module-common.o

.PHONY: help module tool install uninstall deps check fuzz coverage matrix soak attack demo bench clean \
	check-unit check-style check-uml check-uml-debug check-vm

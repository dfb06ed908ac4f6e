# SPDX-License-Identifier: Apache-2.0
# Front door: a short name for what CMake and the scripts in tools/ do. `make help` lists all.
.DEFAULT_GOAL := build
.PHONY: build run test check bench size coverage soak mutate fuzz soc-report firmware deb help

FUZZ_SECONDS ?= 60

build: build/pc/build.ninja ## build the program (build/pc/hearth)
	@cmake --build build/pc --target hearth

build/pc/build.ninja: CMakeLists.txt CMakePresets.json
	@tools/setup run
	@cmake --preset pc >/dev/null

run: ## show the demonstration bank
	@tools/setup run
	@cmake --preset pc >/dev/null
	@cmake --build build/pc --target hearth
	@exec build/pc/hearth run

test: ## all checks and tests
	@tools/setup test
	@tools/test

check: ## static gates, one name of `tools/check --list` each
	@tools/check

bench: ## figures as JSON Lines
	@tools/bench

fuzz: ## each fuzz harness for FUZZ_SECONDS
	@tools/fuzz $(FUZZ_SECONDS)

size: ## flash, memory and stack of core and protocols on a Cortex-M4
	@tools/setup test
	@tools/size

coverage: ## branches of base, wire and the safety files
	@tools/setup test
	@tools/coverage

mutate: ## planted faults and how many the tests find; ARGUMENTS=--markdown writes docs/mutants.md
	@tools/setup test
	@tools/mutate $(ARGUMENTS)

soc-report: ## the estimator of the charge on measured cells; HEARTH_A123 names their folder
	@tools/setup run
	@cmake --preset pc >/dev/null
	@cmake --build build/pc --target soc_report >/dev/null
	@build/pc/tests/soc_report/soc_report $(HEARTH_A123)

soak firmware deb: ## nothing there yet
	@echo "make $@: nothing there yet" >&2; exit 2

help: ## this list
	@sed -n 's/^\([a-z][a-z -]*\):[^#]*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r n t; do printf '%-46s %s\n' "$$n" "$$t"; done

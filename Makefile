# All set-up happens by itself: a virtual environment in .venv, and (as root, where they are missing) Debian's packages.
LVSC := .venv/bin/lvsc
DEMO := examples/dr-minimal.yaml

.PHONY: demo test check bench fidelity crash setup setup-lab clean generate

setup: .venv/.ready

.venv/.ready: pyproject.toml scripts/setup
	scripts/setup
	@touch $@

setup-lab: setup
	scripts/setup-lab

demo: setup-lab
	$(LVSC) lint $(DEMO)
	$(LVSC) compile $(DEMO) --directory build/demo
	$(LVSC) rehearse $(DEMO)

test: setup-lab
	scripts/check

check: test

generate: setup
	.venv/bin/python scripts/generate

bench: setup
	.venv/bin/python -m benchmarks.run

# Killed and hindered at every single point; CI plays a part of it.
crash: setup-lab
	.venv/bin/python -m tests.apply.matrix

N := 500

fidelity: setup-lab
	.venv/bin/python -m fidelity --count $(N)

clean:
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis

"""What is fuzzed, by hypothesis in the tests and by atheris, one script for each target, in ``make fuzz``."""

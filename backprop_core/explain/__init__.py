"""One update under the microscope: its numbers, its formulas, its proof, and a hand calculation marked."""

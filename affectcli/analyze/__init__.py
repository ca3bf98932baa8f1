"""Daily tables to findings: one file, one analysis; pure array functions inside."""

"""What is looked for, a family a file: each gives its rules, and nothing here looks at a text by itself."""

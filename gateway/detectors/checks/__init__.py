"""Whether a number is one: check digits and the shapes that authorities publish. Pure, and nothing here raises."""

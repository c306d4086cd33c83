"""Networks: what hears, what scores. Import what you need from the sub-packages; this one loads nothing."""

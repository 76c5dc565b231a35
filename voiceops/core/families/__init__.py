"""The families: what each of the vendor's APIs takes, tells and costs, as data."""

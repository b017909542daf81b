"""Functions of the rules for which a sentence in the page's head is not enough, by subject."""

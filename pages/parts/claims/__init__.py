"""What the claims page is made of: the list, what is open beside it, and the line above both."""

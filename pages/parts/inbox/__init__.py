"""What the inbox page is made of: the list, the open item, the reply, and the line above them."""

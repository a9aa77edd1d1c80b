"""Who people are: an account is an e-mail address that its owner has proved, and a name."""

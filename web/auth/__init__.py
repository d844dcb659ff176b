"""Who may do what: accounts, sign-in, tokens, viewer links, and the guard before every route."""

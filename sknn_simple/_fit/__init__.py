"""One training, from the samples as given to fitted weights.

`start.make_session` checks and encodes the data and makes a complete `Session`;
`loop.Loop` runs it; the estimator publishes `Session.attributes`.
"""

"""The books of billing: files become claims with a timeline, payments, and denials as work.

``posting`` is the way in, ``life`` says where a claim stands, ``arising`` makes denials. The
workflows *claims* and *denials* decide about what is kept here.
"""

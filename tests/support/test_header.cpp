// Nothing but the precompiled header that every test shares.

//! Documents in, a validated and compiled plan out, with errors that point at the field.

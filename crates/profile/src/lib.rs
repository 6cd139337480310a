//! What is known of one person: identifiers, traits with provenance, consent, merge and unmerge.

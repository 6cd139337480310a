//! Durable bytes: the Substrate and Kv seams, their local, in-memory and faulty versions.

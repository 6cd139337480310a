//! A grant comes from a person's consents, and from nowhere else.

use std::marker::PhantomData;

use model::consent::{Granted, Site};

fn main() {
    let _: Granted<Site> = Granted { purpose: PhantomData };
}

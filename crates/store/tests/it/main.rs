//! What every version of the substrate must hold, and what goes wrong with files and disks.

mod conformance;
mod rig;

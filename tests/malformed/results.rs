//! Folders of results. Nothing reads one back yet: what does has its cases drawn here, and a
//! line in `FAMILIES`.

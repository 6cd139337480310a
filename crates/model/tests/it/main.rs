//! Consent is a type: what is not granted does not compile (COL-03).

#[test]
fn a_grant_is_made_by_consent_alone_and_serves_one_purpose() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}

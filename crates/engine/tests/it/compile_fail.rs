//! Reading a person without a token of purpose does not compile.

#[test]
fn a_person_is_not_read_without_a_purpose() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}

//! Mail addresses: made up, thrown away, or none at all.

use super::{
    Doubt, keys, letters,
    own::Own,
    text::{Short, folded},
    throw_away,
};

/// Bytes of a domain, at most (RFC 1035, 2.3.4).
const DOMAIN_BYTES: usize = 255;

/// Bytes of what stands before the `@`, at most (RFC 5321, 4.5.3.1.1), with room for accents to be folded.
const LOCAL_BYTES: usize = 128;

/// Top-level domains that never lead to a mail box: RFC 2606 and RFC 6761 (`test`, `example`, `invalid`, `localhost`),
/// RFC 6762 (`local`), RFC 9476 (`alt`), ICANN's resolution of July 2024 (`internal`), and the usual `localdomain`.
const RESERVED_TOP: [&str; 8] = ["alt", "example", "internal", "invalid", "local", "localdomain", "localhost", "test"];

/// Second-level domains kept for examples (RFC 2606, 3).
const RESERVED_SECOND: [&str; 3] = ["com", "net", "org"];

/// First labels of a domain that is a placeholder under any top-level domain: test.fr, exemple.com.
const PLACEHOLDER_LABELS: [&str; 18] = [
    "asdf",
    "beispiel",
    "domain",
    "domaine",
    "ejemplo",
    "example",
    "exemple",
    "fake",
    "fakemail",
    "invalid",
    "mydomain",
    "noemail",
    "nomail",
    "pasdemail",
    "sansmail",
    "test",
    "votredomaine",
    "yourdomain",
];

/// What stands before the `@` where somebody has no address, or nobody reads it; dots, hyphens and a number behind it
/// do not count. Not here: family names such as Null and Tester, and posts that people read, such as `info`.
const PLACEHOLDER_LOCALS: [&str; 37] = [
    "aucun",
    "aucunmail",
    "donotreply",
    "firstnamelastname",
    "inconnu",
    "keineemail",
    "keinemail",
    "mailerdaemon",
    "nepasrepondre",
    "noemail",
    "nomail",
    "nomprenom",
    "noone",
    "noreply",
    "nobody",
    "nospam",
    "pasdadresse",
    "pasdemail",
    "pasdmail",
    "placeholder",
    "prenomnom",
    "refusemail",
    "sansadresse",
    "sansemail",
    "sansmail",
    "sincorreo",
    "sinemail",
    "test",
    "testemail",
    "testing",
    "testmail",
    "testtest",
    "undefined",
    "unknown",
    "votreemail",
    "yourmail",
    "yourname",
];

/// Words that make an address a placeholder when they stand on both sides: foo@bar.com, nom@domaine.fr, non@non.fr.
const PAIRED: [&str; 31] = [
    "aaa", "abc", "abcd", "address", "adresse", "asdf", "azerty", "bar", "company", "domain", "domaine", "exemple",
    "fake", "foo", "name", "no", "nom", "non", "none", "null", "qwerty", "tata", "test", "titi", "toto", "user", "you",
    "your", "xxx", "xyz", "zzz",
];

/// Why a mail address is probably not the person's.
pub(super) fn doubt(mail: &str, own: &Own) -> Option<Doubt> {
    let Some((local, domain)) = mail.rsplit_once('@') else { return Some(Doubt::ImpossibleMail) };
    // An address of a machine, as in ana@[192.0.2.1]: rare, and allowed.
    if domain.starts_with('[') {
        return None;
    }
    // The dots that IDNA takes for dots (RFC 3490, 3.1); the one of the root at the end.
    let dotted = domain.chars().map(|c| if matches!(c, '。' | '．' | '｡') { '.' } else { c.to_ascii_lowercase() });
    let Some(domain) = Short::<DOMAIN_BYTES>::collect(dotted) else { return Some(Doubt::ImpossibleMail) };
    let domain = domain.as_str().strip_suffix('.').unwrap_or(domain.as_str());
    if own.has_mail(mail) || own.has_domain(domain) {
        return Some(Doubt::ShopsOwn);
    }
    if is_reserved(domain) || is_made_up(local, domain) {
        return Some(Doubt::PlaceholderMail);
    }
    if !is_possible(local, domain) {
        return Some(Doubt::ImpossibleMail);
    }
    if throw_away::is_throw_away(domain) {
        return Some(Doubt::ThrowAwayMail);
    }
    of_local(tagless(local))
}

/// Runs of letters, not of digits: boxes at qq.com are numbers. Repeated letters from four on: three are initials.
fn of_local(local: &str) -> Option<Doubt> {
    if letters::are_one(local) && local.chars().nth(3).is_some() {
        Some(Doubt::RepeatedLetters)
    } else if !local.contains(|c: char| c.is_ascii_digit()) && keys::is_run(local) {
        Some(Doubt::KeyboardRun)
    } else {
        None
    }
}

/// What is before the tag: `ana` of `ana+shop`.
fn tagless(local: &str) -> &str {
    local.split('+').next().unwrap_or(local)
}

/// Not the whole of RFC 5322: what is refused here is an address by no reading.
fn is_possible(local: &str, domain: &str) -> bool {
    let is_quoted = local.starts_with('"') && local.ends_with('"');
    let is_local = !local.is_empty() && (is_quoted || !local.contains(|c: char| c.is_whitespace() || c == '@'));
    let top = domain.rsplit('.').next().unwrap_or_default();
    is_local
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty())
        && !domain.contains(char::is_whitespace)
        && top.chars().nth(1).is_some()
        && !top.bytes().all(|b| b.is_ascii_digit())
}

fn is_reserved(domain: &str) -> bool {
    let mut labels = domain.rsplit('.');
    let (top, second) = (labels.next().unwrap_or_default(), labels.next());
    RESERVED_TOP.contains(&top) || (second == Some("example") && RESERVED_SECOND.contains(&top))
}

fn is_made_up(local: &str, domain: &str) -> bool {
    let signs = ['.', '-', '_'];
    let plain = folded(tagless(local)).filter(|c| !signs.contains(c));
    let Some(plain) = Short::<LOCAL_BYTES>::collect(plain) else { return false };
    let plain = plain.as_str();
    let word = match plain.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "" => plain,
        word => word,
    };
    let (label, rest) = domain.split_once('.').unwrap_or((domain, ""));
    let is_placeholder_domain = PLACEHOLDER_LABELS.contains(&label) && !rest.contains('.');
    let is_pair = PAIRED.contains(&word) && PAIRED.contains(&label);
    PLACEHOLDER_LOCALS.contains(&word) || is_placeholder_domain || is_pair || are_one_sign(plain, label)
}

/// As in a@a.a, x@xx.com, 1@1.fr.
fn are_one_sign(local: &str, label: &str) -> bool {
    let Some(sign) = local.chars().next() else { return false };
    !label.is_empty() && local.chars().chain(label.chars()).all(|c| c == sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(mail: &str) -> Option<Doubt> {
        doubt(mail, &Own::default())
    }

    #[test]
    fn false_addresses_are_doubted() {
        for (mail, why) in [
            ("ana@yopmail.com", Doubt::ThrowAwayMail),
            ("Ana@Box.MAILINATOR.com", Doubt::ThrowAwayMail),
            ("ana@guerrillamail.com.", Doubt::ThrowAwayMail),
            ("test@test.com", Doubt::PlaceholderMail),
            ("test@gmail.com", Doubt::PlaceholderMail),
            ("TEST123@orange.fr", Doubt::PlaceholderMail),
            ("test+1@orange.fr", Doubt::PlaceholderMail),
            ("a@a.a", Doubt::PlaceholderMail),
            ("aaa@aaa.com", Doubt::PlaceholderMail),
            ("1@1.fr", Doubt::PlaceholderMail),
            ("foo@bar.com", Doubt::PlaceholderMail),
            ("toto@toto.fr", Doubt::PlaceholderMail),
            ("non@non.fr", Doubt::PlaceholderMail),
            ("null@null.com", Doubt::PlaceholderMail),
            ("ana@test.com", Doubt::PlaceholderMail),
            ("ana@exemple.fr", Doubt::PlaceholderMail),
            ("ana@example.org", Doubt::PlaceholderMail),
            ("ana@mail.example.com", Doubt::PlaceholderMail),
            ("ana@shop.test", Doubt::PlaceholderMail),
            ("ana@localhost", Doubt::PlaceholderMail),
            ("ana@shop.invalid", Doubt::PlaceholderMail),
            ("noreply@orange.fr", Doubt::PlaceholderMail),
            ("No-Reply@orange.fr", Doubt::PlaceholderMail),
            ("ne-pas-repondre@orange.fr", Doubt::PlaceholderMail),
            ("pasdemail@orange.fr", Doubt::PlaceholderMail),
            ("prenom.nom@orange.fr", Doubt::PlaceholderMail),
            ("azerty@orange.fr", Doubt::KeyboardRun),
            ("qsdf@orange.fr", Doubt::KeyboardRun),
            ("zzzz@orange.fr", Doubt::RepeatedLetters),
            ("ana", Doubt::ImpossibleMail),
            ("ana@", Doubt::ImpossibleMail),
            ("@orange.fr", Doubt::ImpossibleMail),
            ("ana@orange", Doubt::ImpossibleMail),
            ("ana@orange..fr", Doubt::ImpossibleMail),
            ("ana@.fr", Doubt::ImpossibleMail),
            ("ana@orange.f", Doubt::ImpossibleMail),
            ("ana@1.2.3.4", Doubt::ImpossibleMail),
            ("ana ana@orange.fr", Doubt::ImpossibleMail),
            ("ana@bob@orange.fr", Doubt::ImpossibleMail),
            ("ana@oran ge.fr", Doubt::ImpossibleMail),
        ] {
            assert_eq!(judged(mail), Some(why), "{mail}");
        }
        assert_eq!(judged(&format!("ana@{}.fr", "o".repeat(300))), Some(Doubt::ImpossibleMail));
    }

    #[test]
    fn true_addresses_are_spared() {
        for mail in [
            "ana@orange.fr",
            "Ana.Silva+shop@gmail.com",
            "ana+test@gmail.com",
            "a@orange.fr",
            "jjj@firma.dk",
            "reza@gmail.com",
            "azer@mail.ru",
            "wertz@gmx.de",
            "testa@libero.it",
            "jon.tester@senate.gov",
            "jennifer.null@gmail.com",
            "null@gmx.de",
            "123456789@qq.com",
            "info@dupont.fr",
            "dupont@dupont.fr",
            "contact@testard.fr",
            "ana@protest.org",
            "ana@test.co.uk",
            "ana@latest.com",
            "ana@posteo.de",
            "ana@xn--mller-kva.de",
            "josé@müller.de",
            "用户@例子。中国",
            "पता@डाटामेल.भारत",
            "\"ana b\"@orange.fr",
            "ana@[192.0.2.1]",
            "o'neil@orange.ie",
            "abc123xyz@privaterelay.appleid.com",
            "ana@duck.com",
            "ana@mailbox.org",
            "mail@dupont.de",
            "titi@mail.ru",
            "nobodyknows@orange.fr",
        ] {
            assert_eq!(judged(mail), None, "{mail}");
        }
    }

    #[test]
    fn the_shops_own_comes_first() {
        let own = Own::default().with_mail("noreply@ouest.fr").with_domain("shop.test");
        assert_eq!(doubt("NOREPLY@ouest.fr", &own), Some(Doubt::ShopsOwn));
        assert_eq!(doubt("ana@mail.shop.test", &own), Some(Doubt::ShopsOwn));
        assert_eq!(doubt("ana@ouest.fr", &own), None);
    }
}

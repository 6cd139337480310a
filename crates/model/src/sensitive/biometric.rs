//! Data that tell a person by their body or voice.

use super::words::{Starts, Word, words};

/// What a word says in a name.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    /// Biometric by itself.
    Biometric,
    /// Biometric by itself, unless a thing is before it: a browser and a certificate have a print too.
    Print,
    /// A part of the body by which somebody is told.
    Body,
    /// A voice, or a way to move or to write.
    Voice,
    /// A loudspeaker, or somebody who speaks.
    Speaker,
    /// What is made of a body to tell it again, beside it in whatever order.
    Made,
    /// What may be made of it, behind it.
    Mark,
    /// The same, of a body and not of a voice: `voice_data` is a phone plan.
    BodyMark,
    /// What has a print and no body.
    Thing,
    Other,
}

fn role(word: &str) -> Role {
    match word {
        "biometric" | "biometrics" | "biometry" | "biometrie" | "biometrique" | "biometriques" | "faceprint"
        | "faceprints" | "voiceprint" | "voiceprints" | "palmprint" | "palmprints" | "faceid" | "voiceid"
        | "facescan" | "irisscan" | "liveness" => Role::Biometric,
        "fingerprint" | "fingerprints" | "thumbprint" | "thumbprints" => Role::Print,
        "face" | "faces" | "facial" | "faciale" | "faciales" | "faciaux" | "visage" | "iris" | "retina" | "retinal"
        | "retine" | "retinien" | "eye" | "finger" | "fingers" | "doigt" | "doigts" | "digitale" | "digitales"
        | "thumb" | "palm" | "palmar" | "palmaire" | "paume" | "vein" | "veins" => Role::Body,
        "voice" | "vocal" | "vocale" | "vocales" | "voix" | "gait" | "keystroke" => Role::Voice,
        "speaker" => Role::Speaker,
        "template" | "templates" | "gabarit" | "gabarits" | "embedding" | "embeddings" | "vector" | "vectors"
        | "vecteur" | "vecteurs" | "descriptor" | "descriptors" | "encoding" | "encodings" | "recognition"
        | "reconnaissance" | "identification" | "empreinte" | "empreintes" | "dynamics" => Role::Made,
        "print" | "prints" | "id" | "scan" | "scans" | "scanned" | "recognized" | "recognised" | "reconnu"
        | "reconnue" | "identified" | "signature" | "hash" => Role::Mark,
        "data" | "donnees" | "match" | "matched" | "verified" | "verification" | "authentication" | "auth"
        | "unlock" | "map" | "mesh" | "geometry" | "landmarks" => Role::BodyMark,
        "browser" | "device" | "canvas" | "audio" | "webgl" | "tls" | "ssl" | "ssh" | "certificate" | "cert"
        | "key" | "file" | "image" | "content" | "navigateur" => Role::Thing,
        _ => Role::Other,
    }
}

/// How the words of [`role`] begin of which a biometric name has at least one.
const STARTS: Starts = Starts::of(&[
    "bio", "fac", "voi", "voc", "pal", "pau", "iri", "liv", "fin", "thu", "vis", "ret", "eye", "doi", "dig", "vei",
    "gai", "key", "spe",
]);

/// Whether a name of a field, trait, event or namespace says that it is about biometric data: `faceTemplate`,
/// `voice_print`, `empreinte_digitale`.
///
/// Spared is what only sounds like it: `face_cream`, `facebook_id`, `finger_size`, `voice_search`, `device_fingerprint`.
/// A flag that a device confirmed its owner, as a passkey does, is no biometric data, under a name that says so:
/// `device_owner_confirmed`.
pub fn is_biometric(name: &str) -> bool {
    if !STARTS.may_be_in(name) {
        return false;
    }
    let (mut before, mut count, mut last) = (Role::Other, 0, Word::NONE);
    for word in words(name) {
        let this = role(word.as_str());
        let is_about_a_body = match (before, this) {
            (Role::Thing, Role::Print) => false,
            (_, Role::Biometric | Role::Print) => true,
            (Role::Body, Role::Made | Role::Mark | Role::BodyMark) => true,
            (Role::Voice, Role::Made | Role::Mark) => true,
            (Role::Speaker, Role::Made) => true,
            (Role::Made, Role::Body | Role::Voice) => true,
            _ => false,
        };
        if is_about_a_body {
            return true;
        }
        (before, count, last) = (this, count + 1, word);
    }
    // As a whole name; beside others it is a flower or a screen.
    count == 1 && last.as_str() == "iris"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_a_body_or_a_voice_is_biometric() {
        for name in [
            "biometric",
            "biometrics_enabled",
            "données biométriques",
            "biométrie",
            "face_id",
            "faceID",
            "FaceId",
            "face_template",
            "FACE-TEMPLATE",
            "template_of_the_face",
            "face recognition score",
            "Face Recognized",
            "facialRecognition",
            "facial_embedding_v2",
            "face_vector",
            "reconnaissance_faciale",
            "gabarit_du_visage",
            "faceprint",
            "fingerprint",
            "fingerprintTemplate",
            "Fingerprint Scanned",
            "finger_print",
            "empreinte_digitale",
            "empreintesDigitales",
            "voice_print",
            "voiceprint",
            "voice_embedding",
            "empreinte vocale",
            "reconnaissance_vocale",
            "speaker_embedding",
            "iris",
            "iris_scan",
            "iris_code_hash_of_iris_template",
            "retina_scan",
            "palm_print",
            "empreinte_palmaire",
            "keystroke_dynamics",
            "gait_recognition",
            "liveness_score",
            "vein_map",
        ] {
            assert!(is_biometric(name), "{name}");
        }
    }

    #[test]
    fn no_word_is_passed_over() {
        for word in [
            "biometric",
            "biometrie",
            "faceprint",
            "voiceprint",
            "palmprint",
            "faceid",
            "voiceid",
            "facescan",
            "irisscan",
            "liveness",
            "fingerprint",
            "thumbprint",
            "face",
            "facial",
            "visage",
            "iris",
            "retina",
            "eye",
            "finger",
            "doigt",
            "digitale",
            "thumb",
            "palm",
            "paume",
            "vein",
            "voice",
            "vocal",
            "voix",
            "gait",
            "keystroke",
            "speaker",
        ] {
            assert!(role(word) != Role::Other, "{word}");
            for name in [word.to_owned(), format!("x_{word}"), format!("my{}{}", word[..1].to_uppercase(), &word[1..])]
            {
                assert!(STARTS.may_be_in(&name), "{name}");
            }
        }
    }

    #[test]
    fn what_only_sounds_like_it_is_not() {
        for name in [
            "",
            "email",
            "face",
            "face_cream",
            "face_cream_id",
            "face_value",
            "face_shape",
            "facebook_id",
            "interface_id",
            "typeface",
            "surface",
            "finger_size",
            "eye_color",
            "voice_search",
            "voice_data",
            "voicemail",
            "voice_verified",
            "speaker_id",
            "speakers",
            "hand_cream",
            "palm_oil",
            "iris_bulbs",
            "retina_display",
            "retina",
            "digital_signature",
            "digital_id",
            "empreinte_carbone",
            "print",
            "print_size",
            "device_fingerprint",
            "browserFingerprint",
            "certificate_thumbprint",
            "visage",
            "soin_visage",
            "template_id",
            "recognition",
            "key_id",
            "device_owner_confirmed",
            "passkey",
            "id",
        ] {
            assert!(!is_biometric(name), "{name}");
        }
    }
}

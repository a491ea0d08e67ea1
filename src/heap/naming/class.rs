//! Names of classes.

use std::borrow::Cow;

use super::cut;
use super::digest::{is_drawn, is_hex, is_number};

/// A class name without generated parts: `Foo$$Lambda$14/0x0000000800c03000` is `Foo$$Lambda`.
///
/// Lambdas, hidden classes, proxies, generated accessors and numbered anonymous classes get another
/// number in each process or build; `*` stands for it. `builtins.` of Python is left out.
pub fn class(raw: &str) -> String {
    let raw = &*cut(raw);
    // Nearly all classes: no generator drew anything.
    if !raw.contains('$') && is_written(raw) && !raw.starts_with(MADE) {
        return raw.strip_prefix(PYTHON).unwrap_or(raw).to_owned();
    }
    let (name, array) = raw.find("[]").map_or((raw, ""), |at| raw.split_at(at));
    let name = name.strip_prefix(PYTHON).unwrap_or(name);
    let hidden = ["/0x", "+0x", ".0x"].iter().find_map(|hidden| name.find(hidden));
    let name = hidden.map_or(name, |at| &name[..at]);
    if name.starts_with(MADE) {
        return format!("{MADE}*{array}");
    }
    let mut parts: Vec<String> = Vec::new();
    // The last part that is not empty: what comes behind the marks of a generator depends on it.
    let mut mark = "";
    for part in name.split('$') {
        let drawn = DRAWN.iter().any(|(end, digest)| mark.ends_with(end) && digest(part));
        if drawn && part != "auxiliary" && !name.starts_with("net.bytebuddy.") {
            mark = "";
            continue;
        }
        // Before Java 15 a lambda has a second number, behind a slash or what became of it.
        let number = part.split(['/', '.']).all(is_number);
        if !number {
            parts.push(numbered(part, !parts.is_empty()));
        } else if !COUNTED.contains(&mark) {
            parts.push("*".to_owned());
        }
        if !part.is_empty() {
            mark = part;
        }
    }
    while parts.len() > 1 && parts.last().is_some_and(String::is_empty) {
        parts.pop();
    }
    format!("{}{array}", parts.join("$"))
}

/// A static field without what the generator of its class drew: `delegate$*` for `delegate$04d9sk0` of
/// `Cart$ByteBuddy`.
pub(in crate::heap) fn static_field<'a>(class: &str, field: &'a str) -> Cow<'a, str> {
    /// A drawn name has so many characters.
    const LEAST: usize = 7;
    let is_generated = class.split('$').any(|part| part == FIELDS_DRAWN);
    match field.rsplit_once('$') {
        Some((stem, drawn)) if is_generated && drawn.len() >= LEAST && is_drawn(drawn) => {
            Cow::Owned(format!("{}$*", cut(stem)))
        }
        _ => cut(field),
    }
}

/// What classes have in their names whose fields have drawn names.
const FIELDS_DRAWN: &str = "ByteBuddy";
/// A package whose classes are all generated, and named by time and number.
const MADE: &str = "org.apache.derby.exe.";

/// What is known without its module.
const PYTHON: &str = "builtins.";
/// What Javassist adds to the names of its classes.
const JAVASSIST: &str = "_jvst";
/// What comes behind these names is only a number.
const COUNTED: [&str; 4] = ["Lambda", "SpringCGLIB", "FastClass", "LambdaForm"];
/// The shape of what a generator writes.
type Digest = fn(&str) -> bool;

/// What comes behind names that end so, if it has the shape of its generator's digests.
const DRAWN: [(&str, Digest); 7] = [
    ("CGLIB", |part| is_hex(part, 4) || is_number(part)),
    ("ByteBuddy", is_drawn),
    ("MockitoMock", |part| is_drawn(part) || is_number(part)),
    ("auxiliary", is_drawn),
    ("HibernateProxy", is_drawn),
    ("HibernateInstantiator", is_drawn),
    ("jvmtiProxy", is_drawn),
];
/// Names that get a number at their end; with a `$`, as whole names of nested classes only.
const NUMBERED: [&str; 14] = [
    "$Proxy",
    "$eval",
    "$line",
    "GeneratedMethodAccessor",
    "GeneratedConstructorAccessor",
    "GeneratedSerializationConstructorAccessor",
    "CodegenStage",
    "GregorSamsa",
    "_closure",
    "lambda-",
    "fn__",
    "reify__",
    "_script_",
    "_javassist_",
];

/// Whether a name has neither a number nor what Javassist adds.
fn is_written(name: &str) -> bool {
    !name.bytes().any(|byte| byte.is_ascii_digit()) && !name.contains(JAVASSIST)
}

/// One part of a name, between two `$`, without the number that its generator gave it.
fn numbered(part: &str, nested: bool) -> String {
    if is_written(part) {
        return part.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    for word in part.split('.') {
        let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let is_marked = |mark: &&str| match mark.strip_prefix('$') {
            Some(mark) => nested && words.is_empty() && stem == mark,
            None => stem.ends_with(*mark),
        };
        // Scripts of Groovy, which have no package.
        let script = stem == "Script" && !nested && !part.contains('.');
        let package = stem == "proxy" && words.last().is_some_and(|word| word == "jdk");
        let javassist = word.find(JAVASSIST).map(|at| &word[..at + JAVASSIST.len()]);
        let marked = stem.len() < word.len() && (package || script || NUMBERED.iter().any(is_marked));
        let kept = if marked { Some(stem) } else { javassist };
        words.push(kept.map_or_else(|| word.to_owned(), |stem| format!("{stem}*")));
    }
    words.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_classes_keep_their_name_in_every_run() {
        for (raw, lasting) in [
            // Lambdas and hidden classes, of Java 8, 11, 17 and 21
            ("com.shop.Cart$$Lambda$14/1234567890", "com.shop.Cart$$Lambda"),
            ("com.shop.Cart$$Lambda$14.1234567890", "com.shop.Cart$$Lambda"),
            ("com.shop.Cart$$Lambda$14/0x0000000800c03000", "com.shop.Cart$$Lambda"),
            ("com.shop.Cart$$Lambda$14+0x00007f3fb8000400", "com.shop.Cart$$Lambda"),
            ("com.shop.Cart$$Lambda/0x00007f0c4c003000", "com.shop.Cart$$Lambda"),
            ("com.shop.Cart$$Lambda+0x00007f0c4c003000[]", "com.shop.Cart$$Lambda[]"),
            ("com.shop.Cart$$TypeSwitch/0x00007f0c4c003000", "com.shop.Cart$$TypeSwitch"),
            ("java.lang.invoke.LambdaForm$DMH/0x0000000800c03000", "java.lang.invoke.LambdaForm$DMH"),
            ("java.lang.invoke.LambdaForm$MH+0x00007f3fb8000400", "java.lang.invoke.LambdaForm$MH"),
            ("com.shop.Template/0x0000000800c03000", "com.shop.Template"),
            // Anonymous classes
            ("com.shop.Cart$1", "com.shop.Cart$*"),
            ("com.shop.Cart$total$2", "com.shop.Cart$total$*"),
            ("com.shop.CartKt$checkout$1$2", "com.shop.CartKt$checkout$*$*"),
            ("com.shop.CartKt$run$$inlined$map$1$2", "com.shop.CartKt$run$$inlined$map$*$*"),
            ("com.shop.ComposableSingletons$CartKt$lambda-3$1", "com.shop.ComposableSingletons$CartKt$lambda-*$*"),
            ("com.shop.Cart$$anonfun$total$3", "com.shop.Cart$$anonfun$total$*"),
            ("com.shop.Cart$$anon$12", "com.shop.Cart$$anon$*"),
            ("Cart$_closure2$_closure13", "Cart$_closure*$_closure*"),
            ("shop.core$price$fn__1234", "shop.core$price$fn__*"),
            ("$line14.$read$$iw$Cart", "$line*.$read$$iw$Cart"),
            ("shop.core$eval9561", "shop.core$eval*"),
            ("shop.core$eval9561$fn__9562", "shop.core$eval*$fn__*"),
            ("Script12", "Script*"),
            ("Script12$_run_closure3", "Script*$_run_closure*"),
            // Proxies and accessors
            ("jdk.proxy2.$Proxy17", "jdk.proxy*.$Proxy*"),
            ("com.sun.proxy.jdk.proxy2.$Proxy17", "com.sun.proxy.jdk.proxy*.$Proxy*"),
            ("com.sun.proxy.$Proxy17", "com.sun.proxy.$Proxy*"),
            ("jdk.internal.reflect.GeneratedMethodAccessor12", "jdk.internal.reflect.GeneratedMethodAccessor*"),
            ("com.shop.Cart$$EnhancerBySpringCGLIB$$3fa85f64", "com.shop.Cart$$EnhancerBySpringCGLIB"),
            ("com.shop.Cart$$EnhancerByCGLIB$$70076f7f", "com.shop.Cart$$EnhancerByCGLIB"),
            ("com.shop.Cart$$FastClassBySpringCGLIB$$12345678", "com.shop.Cart$$FastClassBySpringCGLIB"),
            ("com.shop.Cart$$SpringCGLIB$$0", "com.shop.Cart$$SpringCGLIB"),
            ("com.shop.Cart$$SpringCGLIB$$FastClass$$1", "com.shop.Cart$$SpringCGLIB$$FastClass"),
            ("com.shop.Cart$HibernateProxy$xQ3aB7zz", "com.shop.Cart$HibernateProxy"),
            ("com.shop.Cart$ByteBuddy$l8wGwkct", "com.shop.Cart$ByteBuddy"),
            ("com.shop.Shop$MockitoMock$E6Cx4i1L", "com.shop.Shop$MockitoMock"),
            ("com.shop.Shop$MockitoMock$1203345", "com.shop.Shop$MockitoMock"),
            ("com.shop.Shop$MockitoMock$E6Cx4i1L$auxiliary$Q8YhgjZx", "com.shop.Shop$MockitoMock$auxiliary"),
            ("com.shop.Cart_$$_jvst1a2_0", "com.shop.Cart_$$_jvst*"),
            ("GeneratedClass$GeneratedIteratorForCodegenStage3", "GeneratedClass$GeneratedIteratorForCodegenStage*"),
            ("org.apache.derby.exe.ac3ea3c0fbx01a2x0796x6af2x0000147220780", "org.apache.derby.exe.*"),
            ("builtins.dict", "dict"),
            ("builtins.coroutine app.Server.<locals>.serve", "coroutine app.Server.<locals>.serve"),
        ] {
            assert_eq!(class(raw), lasting, "{raw}");
            assert_eq!(class(lasting), lasting, "{lasting}");
        }
    }

    #[test]
    fn static_fields_lose_what_was_drawn_where_their_class_was_generated() {
        for (class, field, told) in [
            ("com.shop.Cart$ByteBuddy", "delegate$04d9sk0", "delegate$*"),
            ("com.shop.Cart$ByteBuddy", "delegate$on", "delegate$on"),
            ("com.shop.Cart$ByteBuddy", "tenant", "tenant"),
            ("com.shop.Cart", "delegate$04d9sk0", "delegate$04d9sk0"),
        ] {
            assert_eq!(static_field(class, field), told, "{class}.{field}");
        }
    }

    #[test]
    fn classes_that_somebody_wrote_keep_their_whole_name() {
        for name in [
            "java.util.HashMap$Node",
            "java.util.HashMap$Node[]",
            "com.shop.Session2",
            "com.shop.Base64",
            "com.shop.Utf8$V1",
            "com.shop.Cart$1Line",
            "com.shop.Proxy2",
            "com.shop.ProxyV17$Entry2",
            "com.shop.Script1",
            "com.shop.jdk8.Support",
            "com.shop.lambda.Handler3",
            "com.shop.Lambda$Entry",
            "com.shop.ByteBuddy$Builder",
            "net.bytebuddy.ByteBuddy$EnumerationImplementation",
            "com.shop.MyCGLIB$Inner",
            "com.shop.CGLIB$Facade",
            "com.shop.Cart$Companion",
            "scala.Function1$mcII$sp",
            "java.lang.invoke.BoundMethodHandle$Species_LL",
            "app.make.<locals>.Session",
            "Map",
            "(object properties)",
        ] {
            assert_eq!(class(name), name);
        }
    }
}

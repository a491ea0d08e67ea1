//! Whether a policy can start two services: one that names a place of this work tree would start the same one twice.

use std::path::Path;

use crate::policy::Policy;

/// Says what stands in the way, and what to do about it; `top` is the top of the work tree.
pub(super) fn check(policy: &Policy, top: &Path) -> Result<(), String> {
    let service = &policy.service;
    if service.build.is_none() {
        return Err("`--against` builds the service of both commits, and `[service]` has no `build`: add one, \
                    such as `build = [\"mvn\", \"-q\", \"package\"]`, or `build = [\"true\"]` where nothing is built"
            .to_owned());
    }
    if let Some(directory) = service.directory.as_ref().filter(|directory| Path::new(directory).is_absolute()) {
        return Err(format!(
            "`directory = \"{directory}\"` is the same for both commits: write it from the folder of the policy"
        ));
    }
    let inside = format!("{}/", top.display());
    let words = [("command", Some(&service.command)), ("build", service.build.as_ref())];
    let words = words.into_iter().flat_map(|(key, words)| words.into_iter().flatten().map(move |word| (key, word)));
    let variables = service.env.values().map(|value| ("env", value));
    match words.chain(variables).find(|(_, word)| inside.len() > 1 && word.contains(&inside)) {
        None => Ok(()),
        Some((key, word)) => Err(format!(
            "`{key}` names `{word}`, which is of this work tree: both commits would use it; \
             write it from the folder of the service"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Source;

    fn told(service: &str) -> Result<(), String> {
        let text = format!(
            "version = 1\n[service]\nready = {{ tcp = \"127.0.0.1:1\" }}\n{service}\n[load]\n\
             base-url = \"http://127.0.0.1:1\"\n[load.request.a]\nget = \"/\"\n"
        );
        let policy = crate::policy::parse(&Source::new("plimsoll.toml", text), &|_| Err("none".into()));
        check(&policy.unwrap(), Path::new("/home/me/shop"))
    }

    #[test]
    fn a_service_that_stands_in_its_own_folder_can_be_started_twice() {
        assert_eq!(told("command = [\"java\", \"-jar\", \"target/app.jar\"]\nbuild = [\"mvn\", \"package\"]"), Ok(()));
        assert_eq!(told("command = [\"/usr/bin/java\", \"/home/me/shopping\"]\nbuild = [\"true\"]"), Ok(()));
    }

    #[test]
    fn what_both_sides_would_share_is_named_with_its_cure() {
        let build = "build = [\"true\"]";
        assert!(told("command = [\"a\"]").unwrap_err().contains("has no `build`"));
        let directory = format!("command = [\"a\"]\n{build}\ndirectory = \"/home/me/shop/a\"");
        assert!(told(&directory).unwrap_err().contains("`directory = \"/home/me/shop/a\"`"));
        let command = format!("command = [\"java\", \"-cp\", \"x:/home/me/shop/target\", \"A\"]\n{build}");
        assert!(told(&command).unwrap_err().contains("`command` names `x:/home/me/shop/target`"));
        let env = format!("command = [\"a\"]\nenv = {{ A = \"/home/me/shop/a\" }}\n{build}");
        assert!(told(&env).unwrap_err().contains("`env` names"));
    }
}

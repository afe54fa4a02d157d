/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Where a secret is looked for: among the credentials of the service manager, and by its path. */
#include "config/secret.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "support/cm.h"

/* A folder with the folders "credentials" and "etc". */
static char root[32];

static struct buf path_of(const char *name)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", root, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    struct buf path = path_of(name);
    FILE *file = fopen(buf_string(&path), "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(buf_string(&path), 0600), 0);
    buf_fini(&path);
}

/* The secret of that name, for a configuration in "etc", is `expected`: a secret, or what is wrong.
 */
static void assert_secret(const char *name, const char *expected)
{
    struct auth_key key = {.algorithm = AUTH_HMAC_SHA256};
    struct buf named_in = path_of("etc/ipsla.yml");
    bool is_exposed = true;
    const char *problem = secret_read(buf_string(&named_in), name, &key, &is_exposed);
    assert_string_equal(problem == NULL ? (const char *)key.secret : problem, expected);
    assert_true(problem != NULL || !is_exposed);
    buf_fini(&named_in);
}

static void use_credentials(const char *name)
{
    struct buf path = path_of(name);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", buf_string(&path), 1), 0);
    buf_fini(&path);
}

static int make_folders(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/ipsla-secret-XXXXXX");
    if (mkdtemp(root) == NULL) {
        return 1;
    }
    struct buf credentials = path_of("credentials"), etc = path_of("etc");
    int failed = mkdir(buf_string(&credentials), 0700) != 0 || mkdir(buf_string(&etc), 0700) != 0;
    buf_fini(&credentials);
    buf_fini(&etc);
    return failed;
}

static int remove_folders(void **state)
{
    (void)state;
    static const char *const names[] = {"credentials/key7", "credentials/empty", "etc/key7",
                                        "etc/key8",         "credentials",       "etc"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct buf path = path_of(names[i]);
        remove(buf_string(&path));
        buf_fini(&path);
    }
    unsetenv("CREDENTIALS_DIRECTORY");
    return rmdir(root);
}

/* A name alone is that of a credential first. */
static void test_credentials(void **state)
{
    (void)state;
    write_file("credentials/key7", "handed over\n");
    write_file("credentials/empty", "");
    write_file("etc/key7", "beside the file\n");
    write_file("etc/key8", "only there\n");
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_secret("key7", "beside the file");
    use_credentials("credentials");
    assert_secret("key7", "handed over");
    assert_secret("./key7", "beside the file");
    assert_secret("key8", "only there");
    assert_secret("empty", "is empty");
    assert_secret("..", "is not a regular file");
    assert_secret("key9", "does not exist");
}

/* A path is never looked for among credentials, which may be none. */
static void test_paths(void **state)
{
    (void)state;
    struct buf path = path_of("etc/key8");
    use_credentials("credentials");
    assert_secret(buf_string(&path), "only there");
    use_credentials("nowhere");
    assert_secret(buf_string(&path), "only there");
    assert_secret("key8", "only there");
    buf_fini(&path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_credentials),
        cmocka_unit_test(test_paths),
    };
    return cmocka_run_group_tests(tests, make_folders, remove_folders);
}

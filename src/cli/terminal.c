/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "host/clock.h"

static struct termios before;
static sigset_t mask_before;
static volatile sig_atomic_t is_resized, is_ended;

static void on_signal(int number)
{
    if (number == SIGWINCH) {
        is_resized = 1;
    } else {
        is_ended = 1;
    }
}

/* They are blocked but for the wait in terminal_key, so that none is missed. */
static void catch_signals(void)
{
    static const int numbers[] = {SIGWINCH, SIGTERM, SIGINT, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t caught;
    sigemptyset(&caught);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        sigaddset(&caught, numbers[i]);
        sigaction(numbers[i], &action, NULL);
    }
    sigprocmask(SIG_BLOCK, &caught, &mask_before);
}

bool terminal_begin(void)
{
    if (tcgetattr(STDIN_FILENO, &before) != 0 || isatty(STDOUT_FILENO) == 0) {
        return false;
    }
    struct termios raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
    raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    catch_signals();
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    fputs("\033[?1049h\033[?25l", stdout);
    fflush(stdout);
    return true;
}

void terminal_end(void)
{
    fputs("\033[?25h\033[?1049l", stdout);
    fflush(stdout);
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
    sigprocmask(SIG_SETMASK, &mask_before, NULL);
}

void terminal_size(size_t *columns, size_t *rows)
{
    struct winsize size = {0};
    bool is_told = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    *columns = is_told ? size.ws_col : 80;
    *rows = is_told ? size.ws_row : 24;
}

int terminal_key(struct mono until)
{
    int64_t left_ns = mono_diff(until, clock_now().mono);
    const struct timespec wait = {.tv_sec = left_ns > 0 ? left_ns / NS_PER_SECOND : 0,
                                  .tv_nsec = left_ns > 0 ? left_ns % NS_PER_SECOND : 0};
    struct pollfd item = {.fd = STDIN_FILENO, .events = POLLIN};
    unsigned char key;
    int count = ppoll(&item, 1, &wait, &mask_before);
    if (is_ended) {
        return TERMINAL_ENDED;
    }
    if (is_resized) {
        is_resized = 0;
        return TERMINAL_RESIZED;
    }
    if (count <= 0) {
        return TERMINAL_NOTHING;
    }
    return read(STDIN_FILENO, &key, 1) == 1 ? key : TERMINAL_ENDED;
}

bool terminal_has_colour(void)
{
    const char *refused = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) != 0 && (refused == NULL || refused[0] == '\0');
}

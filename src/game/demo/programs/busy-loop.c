// A loop that never ends and never waits. Run it: the rover gets its share of
// gas in every tick, the page stays as smooth as it was, and Stop works.
int main(void) {
    while (1)
        ;
}

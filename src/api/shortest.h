/* The shortest decimal form of a double. */
#ifndef GLR_API_SHORTEST_H
#define GLR_API_SHORTEST_H

/* Bytes that hold every form and a zero. */
#define GLR_SHORTEST 48

/* Writes a finite number with as few significant digits as strtod needs to read it back, as Python's repr
   does but for a ".0" at the end of an integer, and for exponents, which have neither '+' nor leading zeros.
 */
void glr_shortest(double number, char text[GLR_SHORTEST]);

#endif

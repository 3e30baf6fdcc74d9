process.stdout.write('fovea\n');

import './bridge/configure-zod';
import '@mantine/core/styles.css';
import './theme/global.css';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { platform } from './bridge/bridge';
import { browseMachine } from './components/folder-browser';
import { followActivity } from './state/activity';
import { followSession, restoreSession } from './state/remember';
import { followChanges } from './state/requests';
import { showError } from './state/toasts';

const container = document.getElementById('root');
if (container === null) throw new Error('index.html has no #root');

platform.setWebPicker(browseMachine);
followChanges();
followActivity();
const root = createRoot(container);
const show = () => root.render(<App />);
// Restores the last session; if that takes too long, the window opens without it.
const timeout = setTimeout(show, 500);
void restoreSession()
  .catch(showError)
  .then(() => {
    clearTimeout(timeout);
    followSession();
    show();
  });
